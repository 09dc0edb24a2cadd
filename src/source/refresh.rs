//! A user's function that refreshes what servers refuse, such as a token.

use std::{
    cell::{Cell, RefCell},
    error::Error as StdError,
    fmt, mem,
    pin::Pin,
    ptr,
    rc::Rc,
};

use crate::{closure::SharedClosure, host::Host, place::Place};

/// What a function given to [`Refresh::new`] resolves to.
///
/// ```
/// use typed_eventsource::RefreshResult;
///
/// async fn log_in_again() -> RefreshResult {
///     Err("nobody has logged in".into())
/// }
/// ```
pub type RefreshResult = Result<(), Box<dyn StdError>>;

/// A function that refreshes what servers refuse, such as a token:
/// [`EventSourceBuilder::on_unauthorized`](crate::EventSourceBuilder::on_unauthorized).
///
/// However many sources have it, one call of it runs at a time, for all that wait. So give all sources clones of one.
///
/// ```
/// # async fn log_in() -> Result<String, std::fmt::Error> { Ok("…".into()) }
/// use std::{cell::RefCell, rc::Rc};
/// use typed_eventsource::{EventSource, Fetch, Refresh};
///
/// # fn run() -> Result<(), typed_eventsource::Error> {
/// let token = Rc::new(RefCell::new(String::new()));
/// let refresh = {
///     let token = Rc::clone(&token);
///     Refresh::new(move || {
///         let token = Rc::clone(&token);
///         async move {
///             let fresh = log_in().await?;
///             token.replace(fresh);
///             Ok(())
///         }
///     })
/// };
/// let open = |url| {
///     let token = Rc::clone(&token);
///     let fetch = Fetch::new().fresh_headers(move || {
///         let bearer = format!("Bearer {}", token.borrow());
///         async { Ok(vec![("Authorization".into(), bearer)]) }
///     });
///     EventSource::builder(url).fetch(fetch).on_unauthorized(&refresh).open()
/// };
/// let (orders, prices) = (open("/orders")?, open("/prices")?);
/// # Ok(())
/// # }
/// ```
///
/// Clones are equal.
#[derive(Clone)]
pub struct Refresh(Rc<dyn Calls>);

type Function = dyn Fn() -> Pin<Box<dyn Future<Output = RefreshResult>>>;

/// Called at the end of a refresh, with the text of the error if it has failed.
pub(in crate::source) type Waiter = Box<dyn FnOnce(Result<(), String>)>;

/// The calls of a function. It is behind a trait so that an app which has no such function has none of this in its wasm.
trait Calls {
    fn function(&self) -> &SharedClosure<Function>;

    fn count(&self) -> u32;

    fn is_running(&self) -> bool;

    fn run(self: Rc<Self>, host: &Host, waiter: Waiter);

    fn forget(&self);
}

impl Refresh {
    /// A function that refreshes. If it fails, its error is in [`Error::Refresh`](crate::Error::Refresh).
    pub fn new<F>(refresh: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = RefreshResult> + 'static,
    {
        let function = move || -> Pin<Box<dyn Future<Output = _>>> { Box::pin(refresh()) };
        Self(Rc::new(Refresher {
            function: SharedClosure::new(Rc::new(function)),
            count: Cell::default(),
            call: Place::default(),
        }))
    }

    /// How many calls have succeeded.
    pub(in crate::source) fn count(&self) -> u32 {
        self.0.count()
    }

    pub(in crate::source) fn is_running(&self) -> bool {
        self.0.is_running()
    }

    /// Calls back at the end of the call that runs, or else of a new one.
    pub(in crate::source) fn run(&self, host: &Host, waiter: Waiter) {
        Rc::clone(&self.0).run(host, waiter);
    }

    /// The call that runs is not waited for again.
    pub(in crate::source) fn forget(&self) {
        self.0.forget();
    }

    /// From now on this and its clones call the function that `newer` calls now.
    pub(in crate::source) fn replace_by(&self, newer: &Self) {
        if self != newer {
            self.0.function().replace_by(newer.0.function());
        }
    }
}

impl From<&Self> for Refresh {
    fn from(refresh: &Self) -> Self {
        refresh.clone()
    }
}

impl PartialEq for Refresh {
    fn eq(&self, other: &Self) -> bool {
        ptr::addr_eq(Rc::as_ptr(&self.0), Rc::as_ptr(&other.0))
    }
}

impl fmt::Debug for Refresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refresh")
            .field("is_running", &self.is_running())
            .finish_non_exhaustive()
    }
}

struct Refresher {
    function: SharedClosure<Function>,
    count: Cell<u32>,
    /// The call that runs.
    call: Place<Rc<Call>>,
}

/// Who waits for a call.
#[derive(Default)]
struct Call(RefCell<Vec<Waiter>>);

impl Calls for Refresher {
    fn function(&self) -> &SharedClosure<Function> {
        &self.function
    }

    fn count(&self) -> u32 {
        self.count.get()
    }

    fn is_running(&self) -> bool {
        self.call.get().is_some()
    }

    fn run(self: Rc<Self>, host: &Host, waiter: Waiter) {
        if let Some(call) = self.call.get() {
            return call.0.borrow_mut().push(waiter);
        }
        let call = Rc::new(Call(RefCell::new(vec![waiter])));
        self.call.put(Rc::clone(&call));
        host.spawn(Box::pin(async move {
            let refresh = self.function.current();
            let result = refresh().await.map_err(|error| error.to_string());
            if result.is_ok() {
                self.count.set(self.count.get().wrapping_add(1));
            }
            if self
                .call
                .get()
                .is_some_and(|current| Rc::ptr_eq(&current, &call))
            {
                self.forget();
            }
            let waiters = mem::take(&mut *call.0.borrow_mut());
            for waiter in waiters {
                waiter(result.clone());
            }
        }));
    }

    fn forget(&self) {
        drop(self.call.take());
    }
}
