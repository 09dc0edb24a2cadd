//! The view, for live and for fixed figures.

use typed_eventsource_dashboard::{Dashboard, News, Quote};
use yew::prelude::*;

/// The state of the source: its name in the stylesheet, and as text.
pub(crate) fn badge(name: &'static str, words: String) -> Html {
    html! {
        <div id="badge" data-state={name}>
            <span class="dot" aria-hidden="true" />
            <span id="badge-state" role="status" aria-live="polite">{ words }</span>
        </div>
    }
}

/// The whole page.
pub(crate) fn page(
    dashboard: &Dashboard,
    badge: Html,
    controls: Html,
    is_live: bool,
    trouble: Option<String>,
) -> Html {
    html! {
        <>
            <header>
                <a href="/"><img src="/icon.svg" alt="typed-eventsource" width="28" height="28" /></a>
                <div class="title">
                    <h1>{ "Yew" }</h1>
                    <p>{ "A component with one hook, use_event_source_fold." }</p>
                </div>
                { controls }
                { badge }
            </header>
            <main class="app" data-live={is_live.to_string()}>
                <p class="problem" role="alert">{ trouble }</p>
                <section class="card table" aria-label="Prices">{ prices(dashboard) }</section>
                <section class="card happened" aria-labelledby="happenings-title">
                    <div class="heading">
                        <h2 id="happenings-title">{ "What happens" }</h2>
                        <dl class="figures">
                            <div><dt>{ "events" }</dt><dd id="events">{ dashboard.events() }</dd></div>
                        </dl>
                    </div>
                    <ol id="happenings" role="log" aria-live="off" aria-labelledby="happenings-title" tabindex="0">
                        { for dashboard.news().map(entry) }
                    </ol>
                </section>
            </main>
        </>
    }
}

fn prices(dashboard: &Dashboard) -> Html {
    html! {
        <table>
            <thead>
                <tr>
                    <th scope="col">{ "Symbol" }</th>
                    <th scope="col">{ "Trend" }</th>
                    <th scope="col" class="number">{ "Price" }</th>
                    <th scope="col" class="number">{ "Change" }</th>
                </tr>
            </thead>
            <tbody id="price-rows">{ for dashboard.quotes().map(|(symbol, quote)| row(symbol, quote)) }</tbody>
        </table>
    }
}

fn row(symbol: &str, quote: &Quote) -> Html {
    html! {
        <tr key={symbol} data-symbol={symbol.to_owned()} data-direction={quote.direction()}>
            <th scope="row">
                { symbol }
                if let Some(reason) = quote.halted() {
                    <span class="halted" title={reason.to_owned()}>{ "halted" }</span>
                }
            </th>
            <td class="trend">
                <svg viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
                    <polyline points={quote.trend()} vector-effect="non-scaling-stroke" />
                </svg>
            </td>
            <td class="number price">{ quote.price() }</td>
            <td class="number change" data-direction={quote.direction()}>{ quote.change() }</td>
        </tr>
    }
}

fn entry(News { number, kind, text }: &News) -> Html {
    html! {
        <li key={*number} data-kind={*kind}>
            <span class="kind">{ kind }</span>
            <span class="text">{ text }</span>
        </li>
    }
}
