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

/// One that may be joined, as long as it is open.
struct Shared {
    builder: EventSourceBuilder,
    connection: Weak<Connection>,
}

pub(super) fn join_or_open(builder: EventSourceBuilder) -> Result<EventSource, Error> {
    let known = SHARED.with_borrow(|shared| {
        let mut equal = shared.iter().filter(|shared| shared.builder == builder);
        equal.find_map(|shared| shared.connection.upgrade())
    });
    if let Some(connection) = known {
        return Ok(EventSource::new(connection));
    }
    let source = builder.clone().open_alone()?;
    let connection = Rc::downgrade(&source.connection);
    let entry = Entry(Weak::clone(&connection));
    SHARED.with_borrow_mut(|shared| {
        shared.push(Shared {
            builder,
            connection,
        });
    });
    source.connection.hold(Box::new(entry));
    Ok(source)
}

/// Held by a connection until it closes: nobody joins it then.
struct Entry(Weak<Connection>);

impl Drop for Entry {
    fn drop(&mut self) {
        // The thread may be at its end.
        let gone = SHARED.try_with(|shared| {
            let mut shared = shared.borrow_mut();
            let is_it = |shared: &Shared| shared.connection.ptr_eq(&self.0);
            let index = shared.iter().position(is_it)?;
            Some(shared.swap_remove(index))
        });
        // What users' code has captured may share in its turn: nothing is borrowed while it goes.
        drop(gone);
    }
}
