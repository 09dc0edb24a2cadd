//! Sleep, and networks that come back.

use super::{machine::deadlines::GRACE, *};

const LONG: Duration = seconds(3600);

fn slept(bench: &mut Bench, by: Duration) -> Tick {
    bench.now += by;
    bench.machine.tick(bench.now, bench.random, by)
}

#[test]
fn a_long_sleep_reopens_at_once() {
    let mut bench = Bench::new(Policy::resilient());
    let Tick::Trouble(trouble) = slept(bench.open(), LONG) else {
        panic!("it is not noticed");
    };
    let verdict = bench.settle(&trouble);
    assert!(
        matches!(
            verdict,
            Verdict::Reopen {
                after: Duration::ZERO
            }
        ),
        "{verdict:?}"
    );
    assert!(matches!(bench.tick(), Tick::Connect));
}

#[test]
fn a_sleep_is_looked_for_while_nothing_else_is_due() {
    assert!(
        Bench::new(Policy::resilient())
            .open()
            .machine
            .deadline()
            .is_some()
    );
    assert!(
        Bench::new(Policy::browser())
            .open()
            .machine
            .deadline()
            .is_none()
    );
}

#[test]
fn a_timer_of_a_hidden_page_is_no_sleep() {
    let mut bench = Bench::new(Policy::resilient());
    assert!(matches!(slept(bench.open(), seconds(60)), Tick::Nothing));
}

#[test]
fn where_the_policy_does_not_say_so_a_sleep_changes_nothing() {
    let mut bench = Bench::new(Policy::browser());
    assert!(matches!(slept(bench.open(), LONG), Tick::Nothing));
}

/// The clock of a page whose timers fire only at full minutes.
fn next_minute(bench: &mut Bench) -> Tick {
    let due = bench.machine.deadline().expect("a deadline");
    bench.now = seconds(due.as_secs().div_ceil(60) * 60);
    bench.machine.tick(bench.now, bench.random, bench.now - due)
}

#[test]
fn after_a_late_timer_there_is_a_moment_to_read_what_has_arrived_meanwhile() {
    let mut bench = Bench::new(Policy::browser().on_idle(seconds(45), Then::Close));
    assert!(matches!(slept(bench.open(), LONG), Tick::Nothing));
    assert_eq!(bench.machine.deadline(), Some(LONG + GRACE));
    bench.machine.comment(|| LONG);
    assert_eq!(bench.machine.deadline(), Some(LONG + seconds(45)));
    bench.now += seconds(44);
    assert!(matches!(bench.tick(), Tick::Nothing));
}

#[test]
fn where_nothing_had_arrived_it_is_silence() {
    let mut bench = Bench::new(Policy::browser().on_idle(seconds(45), Then::Close));
    slept(bench.open(), LONG);
    assert!(matches!(bench.next_tick(), Tick::Trouble(_)));
}

#[test]
fn a_dead_connection_is_noticed_in_a_hidden_page_at_the_second_tick() {
    let mut bench = Bench::new(Policy::browser().on_idle(seconds(45), Then::Close));
    bench.open();
    assert!(matches!(next_minute(&mut bench), Tick::Nothing));
    assert!(matches!(next_minute(&mut bench), Tick::Trouble(_)));
    assert_eq!(bench.now, seconds(120));
}

#[test]
fn a_rule_that_puts_up_with_silence_in_a_hidden_page_is_asked_again_without_that_moment() {
    let policy = Policy::browser().on_idle(seconds(45), Then::Close);
    let mut bench = Bench::new(policy.rule(|_| Decision::KeepWaiting));
    bench.open();
    assert!(matches!(next_minute(&mut bench), Tick::Nothing));
    for _ in 0..3 {
        let Tick::Trouble(idle) = next_minute(&mut bench) else {
            panic!("it is idle");
        };
        bench.settle(&idle);
    }
}

#[test]
fn a_comment_is_a_sign_of_life_and_forgives_nothing() {
    let mut bench = Bench::new(Policy::browser().on_idle(seconds(45), Then::Close));
    bench.lose();
    bench.advance(seconds(1)).open().advance(seconds(40));
    bench.machine.comment(|| seconds(41));
    assert_eq!(bench.machine.failures(), 1);
    bench.machine.tick(bench.now, 0.5, Duration::ZERO);
    assert_eq!(bench.machine.deadline(), Some(seconds(41 + 45)));
}

#[test]
fn a_network_that_is_back_ends_the_wait() {
    let mut bench = Bench::new(Policy::resilient().backoff(fixed(LONG)));
    bench.give_up();
    assert!(matches!(
        bench.machine.online(bench.now, 0.5),
        Tick::Connect
    ));
}

#[test]
fn but_not_the_wait_that_the_server_asked_for() {
    let mut bench = Bench::new(Policy::resilient().backoff(fixed(LONG)));
    bench.refuse(503, Some(seconds(60)));
    assert!(matches!(
        bench.machine.online(bench.now, 0.5),
        Tick::Nothing
    ));
    assert_eq!(bench.machine.deadline(), Some(seconds(60)));
}

#[test]
fn nor_a_wait_that_a_rule_chose() {
    let mut bench = Bench::new(
        Policy::resilient()
            .backoff(fixed(LONG))
            .rule(|_| Decision::Reopen { after: seconds(60) }),
    );
    bench.give_up();
    assert!(matches!(
        bench.machine.online(bench.now, 0.5),
        Tick::Nothing
    ));
    assert_eq!(bench.machine.deadline(), Some(seconds(60)));
}

#[test]
fn a_wait_that_a_rule_left_as_it_was_is_ended() {
    let mut bench = Bench::new(
        Policy::resilient()
            .backoff(fixed(LONG))
            .rule(|situation| situation.proposed),
    );
    bench.give_up();
    assert!(matches!(
        bench.machine.online(bench.now, 0.5),
        Tick::Connect
    ));
}

#[test]
fn a_network_that_is_back_makes_an_open_connection_doubtful() {
    let mut bench = Bench::new(Policy::resilient());
    bench.open();
    let tick = bench.machine.online(bench.now, 0.5);
    assert!(
        matches!(&tick, Tick::Trouble(trouble) if matches!(trouble.error, Error::Suspended)),
        "{tick:?}"
    );
    let mut bench = Bench::new(Policy::browser());
    bench.open();
    assert!(matches!(
        bench.machine.online(bench.now, 0.5),
        Tick::Nothing
    ));
}
