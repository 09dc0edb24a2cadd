//! Sources that are shared by whoever sets up the same.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use super::{EventSource, EventSourceBuilder, connection::Connection};
use crate::Error;

thread_local! {
    static SHARED: RefCell<Vec<Shared>> = const { RefCell::new(Vec::new()) };
}

struct Shared {
    builder: EventSourceBuilder,
    connection: Weak<Connection>,
}

pub(super) fn join_or_open(builder: EventSourceBuilder) -> Result<EventSource, Error> {
    // What goes may hold what users' code captured, whose drop may come back here.
    let gone = SHARED.with_borrow_mut(|shared| {
        let (still_open, gone) = std::mem::take(shared)
            .into_iter()
            .partition(|shared| shared.is_open());
        *shared = still_open;
        gone
    });
    drop::<Vec<_>>(gone);
    let known = SHARED.with_borrow(|shared| {
        let mut known = shared.iter().filter(|shared| shared.builder == builder);
        known.find_map(|shared| shared.connection.upgrade())
    });
    if let Some(connection) = known {
        return Ok(EventSource::new(connection));
    }
    let source = builder.clone().open()?;
    SHARED.with_borrow_mut(|shared| {
        shared.push(Shared {
            builder,
            connection: Rc::downgrade(&source.connection),
        });
    });
    Ok(source)
}

impl Shared {
    fn is_open(&self) -> bool {
        let connection = self.connection.upgrade();
        connection.is_some_and(|connection| !connection.state().is_closed())
    }
}
