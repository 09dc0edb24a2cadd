//! Any policy, and whatever may happen to a source at any time: the session beside plainer bookkeeping of what it promises.

mod life;
mod promises;
mod space;

use arbitrary::Unstructured;

use life::Life;
use space::{Happening, Settings};

pub fn check(input: &[u8]) {
    let mut bytes = Unstructured::new(input);
    let Ok(settings) = bytes.arbitrary::<Settings>() else {
        return;
    };
    let mut life = Life::new(settings);
    while let (false, Ok(happening)) = (bytes.is_empty(), bytes.arbitrary::<Happening>()) {
        life.go_on(happening);
    }
}
