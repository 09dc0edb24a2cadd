//! The one timer of a source, and changes of the page and its network.

use std::rc::Weak;

use typed_eventsource_core::{Input, Span};

use super::Connection;
use crate::host::{Change, Host};

impl Connection {
    /// Sets the timer to the session's next deadline. A timer that fires too early does no harm, so events need not
    /// move it.
    pub(super) fn set_timer(&self) {
        let Some(deadline) = self.session().next_timeout() else {
            drop(self.held.timer.take());
            return;
        };
        match self.held.timer.take() {
            Some(timer) if timer.0 <= deadline => return self.held.timer.put(timer),
            later => drop(later),
        }
        let this = Weak::clone(&self.this);
        let delay = deadline.since(self.host.now());
        let timer = self.host.after(
            delay,
            Box::new(move |late| {
                if let Some(connection) = this.upgrade() {
                    drop(connection.held.timer.take());
                    connection.push(Input::Timeout { late }.into());
                    connection.drain();
                }
            }),
        );
        self.held.timer.put((deadline, timer));
    }

    /// If panics abort, a callback that seems to run may have panicked, and would never return to handle the waiting
    /// inputs, above all the close. The next task then handles them. If the callback does return, it cancels that task
    /// when it sets the timer of the closed source.
    pub(super) fn drain_after_abort(&self) {
        if !cfg!(panic = "abort") || !self.is_running.get() {
            return;
        }
        let this = self.this.upgrade();
        let timer = self.host.after(
            Span::ZERO,
            Box::new(move |_| {
                if let Some(connection) = this {
                    connection.is_running.set(false);
                    connection.drain();
                }
            }),
        );
        self.held.timer.put((self.host.now(), timer));
    }

    pub(super) fn watch_changes(&self, sees_page: bool) {
        let this = Weak::clone(&self.this);
        let is_on_this_machine = is_on_this_machine(&self.url);
        let watch = self.host.watch_changes(sees_page, move |change| {
            let input = match change {
                Change::Online => Input::Online,
                Change::Offline if is_on_this_machine => return,
                Change::Offline => Input::Offline,
                Change::Hidden => Input::Hidden,
                Change::Visible => Input::Visible,
                Change::Woken => Input::Woken,
            };
            if let Some(connection) = this.upgrade() {
                connection.push(input.into());
                connection.drain();
            }
        });
        self.hold(&self.held.changes, watch);
    }
}

/// Whether this URL cannot be reached now, as far as is known.
pub(super) fn is_offline(host: &Host, url: &str) -> bool {
    !is_on_this_machine(url) && !host.is_online()
}

/// Whether a server can be reached without a network: on `localhost`, on a name below it, or on a loopback address. The
/// URL is in the browser's normal form, in which an address is spelled out.
fn is_on_this_machine(url: &str) -> bool {
    let mut parts = url
        .as_bytes()
        .split(|byte| matches!(byte, b'/' | b'?' | b'#'));
    // Nothing lies between the two slashes.
    if parts.nth(1) != Some(&[]) {
        return false;
    }
    let authority = parts.next().unwrap_or_default();
    let host_and_port = authority.rsplit(|byte| *byte == b'@').next();
    let host_and_port = host_and_port.unwrap_or_default();
    if host_and_port.starts_with(b"[") {
        return host_and_port.starts_with(b"[::1]");
    }
    let host = host_and_port.split(|byte| *byte == b':').next();
    let host = host.unwrap_or_default();
    let host = host.strip_suffix(b".").unwrap_or(host);
    let is_address = || host.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.'));
    host == b"localhost"
        || host.ends_with(b".localhost")
        || (host.starts_with(b"127.") && is_address())
}

#[cfg(test)]
mod tests {
    use super::is_on_this_machine;

    #[test]
    fn loopback_hosts_need_no_network() {
        for url in [
            "http://localhost/events",
            "http://localhost.:8080/events",
            "https://app.localhost:3000/events?from=5",
            "http://127.0.0.1:8080",
            "http://127.1.2.3/",
            "http://[::1]:8080/events",
            "http://user:word@localhost/events",
        ] {
            assert!(is_on_this_machine(url), "{url}");
        }
    }

    #[test]
    fn other_hosts_need_a_network() {
        for url in [
            "/events",
            "/at/localhost",
            "https://example.org/localhost",
            "https://localhost.example.org/",
            "https://notlocalhost/",
            "http://128.0.0.1/",
            "http://[2001:db8::1]/",
            "https://example.org/?back=http://localhost/",
            "https://localhost@example.org/",
        ] {
            assert!(!is_on_this_machine(url), "{url}");
        }
    }
}
