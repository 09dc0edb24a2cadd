//! The view, for live and for fixed figures.

use leptos::prelude::*;
use typed_eventsource_dashboard::{Dashboard, News, Quote};

#[component]
pub(crate) fn Badge(
    /// The name of the state in the stylesheet.
    #[prop(into)]
    state: Signal<&'static str>,
    #[prop(into)] text: Signal<String>,
) -> impl IntoView {
    view! {
        <div id="badge" data-state=state>
            <span class="dot" aria-hidden="true"></span>
            <span id="badge-state" role="status" aria-live="polite">{text}</span>
        </div>
    }
}

/// The whole page.
#[component]
pub(crate) fn Page<C: IntoView + 'static, B: IntoView + 'static>(
    dashboard: Signal<Dashboard>,
    #[prop(into)] is_live: Signal<bool>,
    #[prop(into)] trouble: Signal<Option<String>>,
    controls: C,
    badge: B,
) -> impl IntoView {
    view! {
        <header>
            <a href="/"><img src="/icon.svg" alt="typed-eventsource" width="28" height="28" /></a>
            <div class="title">
                <h1>"Leptos"</h1>
                <p>"A component with one hook, use_event_source_fold."</p>
            </div>
            {controls}
            {badge}
        </header>
        <main class="app" data-live=move || is_live.get().to_string()>
            <p class="problem" role="alert">{trouble}</p>
            <section class="card table" aria-label="Prices"><Prices dashboard /></section>
            <section class="card happened" aria-labelledby="happenings-title">
                <div class="heading">
                    <h2 id="happenings-title">"What happens"</h2>
                    <dl class="figures">
                        <div><dt>"events"</dt><dd id="events">{move || dashboard.read().events()}</dd></div>
                    </dl>
                </div>
                <ol id="happenings" role="log" aria-live="off" aria-labelledby="happenings-title" tabindex="0">
                    <For each=move || news(&dashboard.read()) key=|news| news.number let(News { kind, text, .. })>
                        <li data-kind=kind>
                            <span class="kind">{kind}</span>
                            <span class="text">{text}</span>
                        </li>
                    </For>
                </ol>
            </section>
        </main>
    }
}

fn news(dashboard: &Dashboard) -> Vec<News> {
    dashboard.news().cloned().collect()
}

#[component]
fn Prices(dashboard: Signal<Dashboard>) -> impl IntoView {
    view! {
        <table>
            <thead>
                <tr>
                    <th scope="col">"Symbol"</th>
                    <th scope="col">"Trend"</th>
                    <th scope="col" class="number">"Price"</th>
                    <th scope="col" class="number">"Change"</th>
                </tr>
            </thead>
            <tbody id="price-rows">
                <For each=move || symbols(&dashboard.read()) key=Clone::clone let(symbol)>
                    <Row dashboard symbol />
                </For>
            </tbody>
        </table>
    }
}

fn symbols(dashboard: &Dashboard) -> Vec<String> {
    dashboard
        .quotes()
        .map(|(symbol, _)| symbol.to_owned())
        .collect()
}

/// A row, which is drawn again only when its quote has changed.
#[component]
fn Row(dashboard: Signal<Dashboard>, symbol: String) -> impl IntoView {
    let (name, own) = (symbol.clone(), symbol.clone());
    let quote = Memo::new(move |_| quote_of(&dashboard.read(), &own));
    let direction = move || quote.read().direction();
    let halted = move || {
        let reason = quote.read().halted().map(str::to_owned);
        reason.map(|reason| view! { <span class="halted" title=reason>"halted"</span> })
    };
    view! {
        <tr data-symbol=symbol data-direction=direction>
            <th scope="row">{name} {halted}</th>
            <td class="trend">
                <svg viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
                    <polyline points=move || quote.read().trend() vector-effect="non-scaling-stroke" />
                </svg>
            </td>
            <td class="number price">{move || quote.read().price()}</td>
            <td class="number change" data-direction=direction>{move || quote.read().change()}</td>
        </tr>
    }
}

fn quote_of(dashboard: &Dashboard, symbol: &str) -> Quote {
    let quote = dashboard.quotes().find(|(name, _)| *name == symbol);
    quote.map(|(_, quote)| quote.clone()).unwrap_or_default()
}
