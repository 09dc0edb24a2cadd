//! The answers of the model.

/// An answer, and the words in a prompt that choose it.
const ANSWERS: [(&[&str], &str); 6] = [
    (
        &["reconnect", "lost", "drop", "retry", "offline", "network"],
        "When a connection is lost, a server-sent event stream is not. Each event can carry an id, and a client that comes back \
         says which one it saw last. A server that kept the rest sends just that, so that nothing is missing and nothing \
         comes twice.\n\nTry it: press “Connection lost” while I am talking. This answer goes on with the very next \
         token, although it came by a POST.",
    ),
    (
        &["policy", "policies", "backoff", "503", "give up"],
        "A policy is what a source does about trouble. The browser's own EventSource has one that nobody can change: it \
         retries a lost connection without end, and gives up for good at the first HTTP error.\n\nA resilient one waits \
         longer from attempt to attempt, with a little chance in each wait so that a thousand clients do not come back \
         in the same second, and begins again once an event has arrived.",
    ),
    (
        &["poem", "haiku", "verse", "rhyme", "song"],
        "One line held open,\nwords fall through it one by one.\nThe last one says: done.\n\nShall I go on?\nThe wire \
         hums, and so do I,\na token, then a token more,\nuntil you stop me at the door.",
    ),
    (
        &["websocket", "socket", "polling", "difference", "compare"],
        "A WebSocket talks both ways over its own protocol. Server-sent events are plain HTTP: one long answer, in \
         lines of text, that caches and proxies and every debugging tool know how to treat.\n\nWhat goes the other way \
         is a POST, as in this very panel: your prompt was one, and this text is its answer. Most pages need no more \
         than that.",
    ),
    (
        &[
            "type",
            "types",
            "typed",
            "typescript",
            "rust",
            "serde",
            "json",
            "schema",
        ],
        "Name your events once, and every listener knows its data: in Rust an enum is the subscription, in TypeScript a \
         type is. What a server sends against the type does not reach your code as a surprise. It is an error that \
         holds the event as it came, and the next one arrives all the same.",
    ),
    (
        &["end", "done", "finish", "stop", "over"],
        "A stream that is over should say so. This one ends with the words [DONE]: the source closes, the reason is \
         that it has finished, and nobody retries. If you press Stop before that, the request is aborted, the server \
         sees the connection close, and it makes no further token.",
    ),
];

const DEFAULT_ANSWER: &str = "I am a small model, made of a handful of paragraphs. What is real is how they reach you: token \
    by token, over one HTTP response, parsed as it arrives.\n\nAsk me about reconnecting, policies, types, WebSockets \
    or how a stream ends. Or ask for a poem. Meanwhile press the buttons beside this panel, and watch whether a word is \
    missing.";

/// The answer to a prompt, cut into tokens.
pub(crate) fn tokens(prompt: &str) -> Vec<String> {
    cut_into_tokens(answer(prompt))
}

fn answer(prompt: &str) -> &'static str {
    let prompt = prompt.to_lowercase();
    let words: Vec<_> = prompt.split(|c: char| !c.is_alphanumeric()).collect();
    let asks_for = |keys: &&[&str]| {
        keys.iter().any(|key| match key.contains(' ') {
            true => prompt.contains(key),
            false => words.iter().any(|word| word.starts_with(key)),
        })
    };
    let found = ANSWERS.iter().find(|(keys, _)| asks_for(keys));
    found.map_or(DEFAULT_ANSWER, |(_, answer)| answer)
}

/// Cuts a text into tokens like those of language models: words or parts of words, each with the space before it.
fn cut_into_tokens(text: &str) -> Vec<String> {
    const LONGEST_TOKEN: usize = 6;
    let mut tokens: Vec<String> = Vec::new();
    for character in text.chars() {
        match tokens.last_mut() {
            Some(last)
                if character.is_alphanumeric()
                    && last.chars().count() < LONGEST_TOKEN
                    && can_grow(last) =>
            {
                last.push(character)
            }
            _ => tokens.push(character.into()),
        }
    }
    tokens
}

fn can_grow(token: &str) -> bool {
    token
        .chars()
        .next_back()
        .is_some_and(|last| last.is_alphanumeric() || last == ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tokens_together_are_the_answer() {
        for (keys, answer) in ANSWERS {
            let tokens = tokens(&format!("Tell me about {}!", keys[0]));
            assert_eq!(tokens.concat(), answer);
            assert!(tokens.len() > 40);
        }
        assert_eq!(tokens("?!").concat(), DEFAULT_ANSWER);
    }

    #[test]
    fn a_token_is_a_word_or_a_part_of_one_with_the_space_before_it() {
        assert_eq!(
            cut_into_tokens("One line, reconnecting.\n\nEnd"),
            [
                "One", " line", ",", " recon", "nectin", "g", ".", "\n", "\n", "End"
            ]
        );
    }
}
