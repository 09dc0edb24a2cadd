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
    /// their last byte, and not before. So each of them is one element if they all are so, and neither can be a part of another.
    pub(crate) is_value: bool,
}

/// How many bytes are looked at together.
const BLOCK: usize = 64;

/// A bit for each byte of a block.
struct Masks {
    quotes: u64,
    backslashes: u64,
    /// The brackets `{` and `[`.
    opening: u64,
    /// The brackets `}` and `]`.
    closing: u64,
    is_ascii: bool,
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
#[inline]
pub(crate) fn scan(bytes: &[u8]) -> Scanned {
    let mut scanned = Scanned {
        is_ascii: true,
        is_value: false,
    };
    let mut depth = if matches!(bytes, [b'{' | b'[', ..]) {
        Some(0_usize)
    } else {
        None
    };
    let mut is_in_string = false;
    let mut is_escaped = false;
    let (blocks, tail) = bytes.as_chunks::<BLOCK>();
    let mut last = [0; BLOCK];
    last[..tail.len()].copy_from_slice(tail);
    for (index, block) in blocks.iter().chain([&last]).enumerate() {
        let mut masks = masks_of(block);
        scanned.is_ascii &= masks.is_ascii;
        let Some(depth_before) = depth else { continue };
        if is_escaped || masks.backslashes != 0 {
            let escaped = escaped(masks.backslashes, &mut is_escaped);
            masks.quotes &= !escaped;
        }
        let strings = strings(masks.quotes, is_in_string);
        is_in_string = strings >> (BLOCK - 1) != 0;
        let mut brackets = (masks.opening | masks.closing) & !strings;
        let mut level = depth_before;
        depth = loop {
            if brackets == 0 {
                break Some(level);
            }
            let first = brackets.trailing_zeros() as usize;
            if masks.opening >> first & 1 != 0 {
                level += 1;
            } else {
                level -= 1;
                if level == 0 {
                    scanned.is_value = index * BLOCK + first + 1 == bytes.len();
                    break None;
                }
            }
            brackets &= brackets - 1;
        };
    }
    scanned
}

/// The bytes that a backslash escapes. What a backslash means outside of a string does not matter: there it is no JSON.
fn escaped(mut backslashes: u64, is_escaped: &mut bool) -> u64 {
    let mut escaped = u64::from(core::mem::take(is_escaped));
    while backslashes != 0 {
        let first = backslashes.trailing_zeros();
        if escaped >> first & 1 == 0 {
            match 2_u64.checked_shl(first) {
                Some(next) if next != 0 => escaped |= next,
                _ => *is_escaped = true,
            }
        }
        backslashes &= backslashes - 1;
    }
    escaped
}

/// The bytes of strings, with the quotes that open them.
#[inline]
fn strings(mut quotes: u64, is_in_string: bool) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        quotes ^= quotes << shift;
    }
    if is_in_string { !quotes } else { quotes }
}

#[cfg(target_arch = "wasm32")]
#[target_feature(enable = "simd128")]
#[inline]
fn masks_of(block: &[u8; BLOCK]) -> Masks {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat, u64x2, v128_or};

    let mut masks = Masks {
        quotes: 0,
        backslashes: 0,
        opening: 0,
        closing: 0,
        is_ascii: true,
    };
    let (parts, _) = block.as_chunks();
    for (index, part) in parts.iter().enumerate() {
        let part = u128::from_le_bytes(*part);
        let part = u64x2(part as u64, (part >> 64) as u64);
        // This makes `[` and `]` the same as `{` and `}`.
        let folded = v128_or(part, u8x16_splat(0x20));
        let mask = |bytes, byte| {
            u64::from(u8x16_bitmask(u8x16_eq(bytes, u8x16_splat(byte)))) << (16 * index)
        };
        masks.quotes |= mask(part, b'"');
        masks.backslashes |= mask(part, b'\\');
        masks.opening |= mask(folded, b'{');
        masks.closing |= mask(folded, b'}');
        masks.is_ascii &= u8x16_bitmask(part) == 0;
    }
    masks
}

#[cfg(not(target_arch = "wasm32"))]
fn masks_of(block: &[u8; BLOCK]) -> Masks {
    let mask = |is_marked: fn(u8) -> bool| {
        let bits = block.iter().rev().map(|byte| u64::from(is_marked(*byte)));
        bits.fold(0, |mask, bit| mask << 1 | bit)
    };
    Masks {
        quotes: mask(|byte| byte == b'"'),
        backslashes: mask(|byte| byte == b'\\'),
        opening: mask(|byte| matches!(byte, b'{' | b'[')),
        closing: mask(|byte| matches!(byte, b'}' | b']')),
        is_ascii: block.is_ascii(),
    }
}
