//! The events of the streams.

/// The data of a price: 125 bytes of JSON.
pub(crate) const PRICE: &str = "{\"symbol\":\"ACME\",\"price\":101.25,\"change\":-0.4,\
    \"volume\":123456,\"time\":1763660000000,\"note\":\"a bit of text to fill it up 1234\"}";

/// The checksum of a price.
pub(crate) const PRICE_CHECKSUM: f64 = 101.25;

/// An event with a name and an id.
pub(crate) fn event(name: &str, data: &str) -> String {
    format!("id: {{n}}\nevent: {name}\ndata: {data}\n\n")
}

/// An event with `bytes` bytes of data in one line, and its checksum.
pub(crate) fn large(bytes: usize) -> (String, f64) {
    let (head, tail) = ("{\"text\":\"", "\"}");
    let length = bytes - head.len() - tail.len();
    let text: String = "A line of text that nobody reads. "
        .chars()
        .cycle()
        .take(length)
        .collect();
    (
        event("large", &format!("{head}{text}{tail}")),
        length as f64,
    )
}

/// An event with `lines` lines of data, and its checksum.
pub(crate) fn multi_line(lines: usize) -> (String, f64) {
    // The first and the last line hold the brackets.
    let inner = lines - 2;
    let texts = vec!["\"a line of text, of forty bytes in all\""; inner].join(",\ndata: ");
    let data = format!("{{\"lines\":[\ndata: {texts}\ndata: ]}}");
    (event("lines", &data), inner as f64)
}

/// How many bytes the server sends if it repeats a text `times` times, with `{n}` counting up.
pub(crate) fn length(text: &str, times: u32) -> u64 {
    let places = text.matches("{n}").count() as u64;
    let fixed = text.len() as u64 - 3 * places;
    let digits: u64 = (0..times)
        .map(|n| u64::from(n.checked_ilog10().unwrap_or(0)) + 1)
        .sum();
    fixed * u64::from(times) + places * digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_the_size_that_is_asked_for() {
        assert_eq!(PRICE.len(), 125);
        let (large, _) = large(1 << 20);
        let data = large.lines().find_map(|line| line.strip_prefix("data: "));
        assert_eq!(data.map(str::len), Some(1 << 20));
        let (lines, _) = multi_line(1000);
        let data = lines.lines().filter(|line| line.starts_with("data: "));
        assert_eq!(data.count(), 1000);
    }

    #[test]
    fn the_length_of_a_repeated_text_is_that_of_what_is_sent() {
        let text = "id: {n}\ndata: {n}\n\n";
        let sent: String = (0..123)
            .map(|n| text.replace("{n}", &n.to_string()))
            .collect();
        assert_eq!(length(text, 123), sent.len() as u64);
    }
}
