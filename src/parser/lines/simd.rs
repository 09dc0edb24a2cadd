//! The search for the end of a line, sixteen bytes at a time.

use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat, u64x2, v128_or};

use super::is_line_end;

/// Finds the first LF or CR.
#[target_feature(enable = "simd128")]
pub(in crate::parser) fn find_line_end(bytes: &[u8]) -> Option<usize> {
    let (lf, cr) = (u8x16_splat(b'\n'), u8x16_splat(b'\r'));
    let (blocks, tail) = bytes.as_chunks();
    for (index, block) in blocks.iter().enumerate() {
        let block = u128::from_le_bytes(*block);
        let block = u64x2(block as u64, (block >> 64) as u64);
        let line_ends = u8x16_bitmask(v128_or(u8x16_eq(block, lf), u8x16_eq(block, cr)));
        if line_ends != 0 {
            return Some(16 * index + line_ends.trailing_zeros() as usize);
        }
    }
    Some(16 * blocks.len() + tail.iter().position(is_line_end)?)
}
