//! The examples in the HTML standard, with the results that the standard describes.

use super::*;

#[test]
fn three_data_lines_are_one_event() {
    assert_eq!(
        items_of("data: YHOO\ndata: +2\ndata: 10\n\n"),
        [message("YHOO\n+2\n10")]
    );
}

#[test]
fn a_block_with_a_comment_is_followed_by_three_events() {
    let stream = "\
: test stream

data: first event
id: 1

data:second event
id

data:  third event

";
    assert_eq!(
        items_of(stream),
        [
            OwnedItem::Comment,
            event_with_id("message", "first event", "1"),
            event_with_id("message", "second event", ""),
            event_with_id("message", " third event", ""),
        ]
    );
}

#[test]
fn an_event_may_have_empty_data_and_an_unfinished_block_is_discarded() {
    assert_eq!(
        items_of("data\n\ndata\ndata\n\ndata:"),
        [message(""), message("\n")]
    );
}

#[test]
fn the_space_after_the_colon_is_optional() {
    assert_eq!(
        items_of("data:test\n\ndata: test\n\n"),
        [message("test"), message("test")]
    );
}

#[test]
fn the_event_field_names_an_event() {
    let stream = "\
event: add
data: 73857293

event: remove
data: 2153

event: add
data: 113411

";
    assert_eq!(
        items_of(stream),
        [
            event("add", "73857293"),
            event("remove", "2153"),
            event("add", "113411"),
        ]
    );
}

#[test]
fn blank_lines_separate_messages() {
    let stream = "\
data: This is the first message.

data: This is the second message, it
data: has two lines.

data: This is the third message.

";
    assert_eq!(
        items_of(stream),
        [
            message("This is the first message."),
            message("This is the second message, it\nhas two lines."),
            message("This is the third message."),
        ]
    );
}
