//! Whether a text that starts like JSON is one value as a whole.

#[cfg(test)]
mod tests;

/// What [`scan`] finds out about some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scanned {
    pub(crate) is_ascii: bool,
    /// Whether the bytes are one object or one array, as far as brackets and quotes show.
    ///
    /// If so, they are one element where they stand in the text of an array that JSON.parse accepts: their first bracket is closed by
    /// their last byte, and not before. So in an array of such texts that JSON.parse accepts, each text is exactly one element.
    pub(crate) is_value: bool,
}

/// How many bytes are looked at together.
const BLOCK: usize = 16;

/// A bit for each byte of a block.
struct Masks {
    quotes: u32,
    backslashes: u32,
    /// The brackets `{` and `[`.
    opening: u32,
    /// The brackets `}` and `]`.
    closing: u32,
    other_than_ascii: u32,
}

#[cfg_attr(
    all(target_arch = "wasm32", feature = "simd"),
    target_feature(enable = "simd128")
)]
#[inline]
pub(crate) fn scan(bytes: &[u8]) -> Scanned {
    let mut scanned = Scanned {
        is_ascii: true,
        is_value: false,
    };
    let mut depth = 0;
    // It is over at once if there is no bracket to be closed.
    let mut is_over = !matches!(bytes, [b'{' | b'[', ..]);
    let mut is_in_string = false;
    let mut is_escaped = 0;
    let (blocks, tail) = bytes.as_chunks::<BLOCK>();
    let mut last = [0; BLOCK];
    last[..tail.len()].copy_from_slice(tail);
    for (index, block) in blocks.iter().chain([&last]).enumerate() {
        let mut masks = masks_of(block);
        scanned.is_ascii &= masks.other_than_ascii == 0;
        if is_over {
            continue;
        }
        if masks.backslashes | is_escaped != 0 {
            // What a backslash means outside of a string does not matter: there it is no JSON.
            let mut escaped = is_escaped;
            while masks.backslashes != 0 {
                let first = masks.backslashes & masks.backslashes.wrapping_neg();
                if escaped & first == 0 {
                    escaped |= first << 1;
                }
                masks.backslashes ^= first;
            }
            masks.quotes &= !escaped;
            is_escaped = escaped >> BLOCK;
        }
        // The bytes of strings, with the quotes that open them.
        let mut strings = masks.quotes;
        for shift in [1, 2, 4, 8] {
            strings ^= strings << shift;
        }
        if is_in_string {
            strings = !strings;
        }
        is_in_string = strings >> (BLOCK - 1) & 1 != 0;
        let mut brackets = (masks.opening | masks.closing) & !strings;
        while brackets != 0 && !is_over {
            let first = brackets.trailing_zeros();
            if masks.opening >> first & 1 != 0 {
                depth += 1;
            } else {
                depth -= 1;
                if depth == 0 {
                    is_over = true;
                    scanned.is_value = index * BLOCK + first as usize + 1 == bytes.len();
                }
            }
            brackets &= brackets - 1;
        }
    }
    scanned
}

#[cfg(all(target_arch = "wasm32", feature = "simd"))]
#[target_feature(enable = "simd128")]
#[inline]
fn masks_of(block: &[u8; BLOCK]) -> Masks {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat, u64x2, v128, v128_or};

    let block = u128::from_le_bytes(*block);
    let block = u64x2(block as u64, (block >> 64) as u64);
    // This makes `[` and `]` the same as `{` and `}`.
    let folded = v128_or(block, u8x16_splat(0x20));
    let mask = |bytes: v128, byte| u32::from(u8x16_bitmask(u8x16_eq(bytes, u8x16_splat(byte))));
    Masks {
        quotes: mask(block, b'"'),
        backslashes: mask(block, b'\\'),
        opening: mask(folded, b'{'),
        closing: mask(folded, b'}'),
        other_than_ascii: u32::from(u8x16_bitmask(block)),
    }
}

#[cfg(not(all(target_arch = "wasm32", feature = "simd")))]
fn masks_of(block: &[u8; BLOCK]) -> Masks {
    let mask = |is_marked: fn(u8) -> bool| {
        let bits = block.iter().rev().map(|byte| u32::from(is_marked(*byte)));
        bits.fold(0, |mask, bit| mask << 1 | bit)
    };
    Masks {
        quotes: mask(|byte| byte == b'"'),
        backslashes: mask(|byte| byte == b'\\'),
        opening: mask(|byte| matches!(byte, b'{' | b'[')),
        closing: mask(|byte| matches!(byte, b'}' | b']')),
        other_than_ascii: mask(|byte| !byte.is_ascii()),
    }
}
