//! A minefield that all players clear together.

use fastrand::Rng;
use serde::{Deserialize, Serialize};

pub(crate) const WIDTH: usize = 9;
pub(crate) const HEIGHT: usize = 9;
pub(crate) const CELLS: usize = WIDTH * HEIGHT;
pub(crate) const MINES: usize = 12;

/// The state of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Cell {
    Hidden,
    Flagged,
    Open,
    /// A mine that was opened.
    Hit,
}

/// The effect of a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// This many cells were opened.
    Opened(usize),
    Hit,
    Flagged,
    Unflagged,
}

/// The field. Its mines are laid at the first move, away from the cell of that move.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Field {
    mines: Vec<bool>,
    cells: Vec<Cell>,
    is_laid: bool,
}

impl Field {
    pub(crate) fn new() -> Self {
        Self {
            mines: vec![false; CELLS],
            cells: vec![Cell::Hidden; CELLS],
            is_laid: false,
        }
    }

    /// Whether the field is valid. It may come from a file.
    pub(crate) fn is_valid(&self) -> bool {
        let mines = self.mines.iter().filter(|mine| **mine).count();
        let expected = if self.is_laid { MINES } else { 0 };
        self.mines.len() == CELLS && self.cells.len() == CELLS && mines == expected
    }

    /// Whether there is nothing left to open.
    pub(crate) fn is_clear(&self) -> bool {
        let open = self
            .cells
            .iter()
            .filter(|cell| **cell == Cell::Open)
            .count();
        open == CELLS - MINES
    }

    /// Opens a cell, and the cells around it as far as no mine is near. Does nothing if the cell is open or has a flag.
    pub(crate) fn open(&mut self, at: usize, random: &mut Rng) -> Option<Effect> {
        if self.is_clear() || self.cells.get(at) != Some(&Cell::Hidden) {
            return None;
        }
        if !self.is_laid {
            self.lay(at, random);
        }
        if self.mines[at] {
            self.cells[at] = Cell::Hit;
            return Some(Effect::Hit);
        }
        let mut opened = 0;
        let mut around = vec![at];
        while let Some(at) = around.pop() {
            if self.cells[at] != Cell::Hidden {
                continue;
            }
            self.cells[at] = Cell::Open;
            opened += 1;
            if self.mines_near(at) == 0 {
                around.extend(neighbours(at));
            }
        }
        Some(Effect::Opened(opened))
    }

    /// Puts a flag on a cell, or removes it. Does nothing if the cell is open.
    pub(crate) fn flag(&mut self, at: usize) -> Option<Effect> {
        let is_clear = self.is_clear();
        match self.cells.get_mut(at) {
            Some(cell @ Cell::Hidden) if !is_clear => {
                *cell = Cell::Flagged;
                Some(Effect::Flagged)
            }
            Some(cell @ Cell::Flagged) if !is_clear => {
                *cell = Cell::Hidden;
                Some(Effect::Unflagged)
            }
            _ => None,
        }
    }

    /// A character for each cell, row by row: `.` for a hidden cell, `f` for a flag, `0` to `8` for the number of mines near by, `*`
    /// for a mine that was opened, and once the field is clear `m` for the other mines. Before that no player gets their places.
    pub(crate) fn visible_cells(&self) -> String {
        let is_clear = self.is_clear();
        let character = |at: usize| match self.cells[at] {
            Cell::Open => char::from(b'0' + self.mines_near(at)),
            Cell::Hit => '*',
            Cell::Hidden | Cell::Flagged if is_clear => 'm',
            Cell::Hidden => '.',
            Cell::Flagged => 'f',
        };
        (0..CELLS).map(character).collect()
    }

    /// Lays the mines, but none on this cell or beside it.
    fn lay(&mut self, spared: usize, random: &mut Rng) {
        let mut places: Vec<_> = (0..CELLS)
            .filter(|at| *at != spared && !neighbours(spared).any(|near| near == *at))
            .collect();
        random.shuffle(&mut places);
        for at in places.into_iter().take(MINES) {
            self.mines[at] = true;
        }
        self.is_laid = true;
    }

    fn mines_near(&self, at: usize) -> u8 {
        neighbours(at).map(|near| u8::from(self.mines[near])).sum()
    }
}

fn neighbours(at: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (at % WIDTH, at / WIDTH);
    let columns = x.saturating_sub(1)..=(x + 1).min(WIDTH - 1);
    let rows = y.saturating_sub(1)..=(y + 1).min(HEIGHT - 1);
    rows.flat_map(move |row| columns.clone().map(move |column| row * WIDTH + column))
        .filter(move |near| *near != at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_cell_has_no_mine_near() {
        for seed in 0..200 {
            let mut random = Rng::with_seed(seed);
            let mut field = Field::new();
            let at = random.usize(..CELLS);
            assert!(matches!(
                field.open(at, &mut random),
                Some(Effect::Opened(2..))
            ));
            assert_eq!(field.visible_cells().as_bytes()[at], b'0');
            assert!(field.is_valid());
        }
    }

    #[test]
    fn a_field_is_clear_when_all_cells_without_a_mine_are_open() {
        let mut random = Rng::with_seed(3);
        let mut field = Field::new();
        let (mut opened, mut hits) = (0, 0);
        for at in 0..CELLS {
            assert!(at == 0 || !field.visible_cells().contains('m'));
            match field.open(at, &mut random) {
                Some(Effect::Opened(more)) => opened += more,
                Some(Effect::Hit) => hits += 1,
                Some(other) => panic!("{other:?}"),
                None => {}
            }
            if field.is_clear() {
                break;
            }
        }
        assert_eq!(opened, CELLS - MINES);
        let cells = field.visible_cells();
        let count = |kind| cells.chars().filter(|cell| *cell == kind).count();
        assert_eq!((count('*'), count('m')), (hits, MINES - hits));
        for at in 0..=CELLS {
            assert_eq!((field.open(at, &mut random), field.flag(at)), (None, None));
        }
    }

    #[test]
    fn a_cell_with_a_flag_does_not_open() {
        let mut random = Rng::with_seed(1);
        let mut field = Field::new();
        assert_eq!(field.flag(4), Some(Effect::Flagged));
        assert_eq!(field.visible_cells().as_bytes()[4], b'f');
        assert_eq!(field.open(4, &mut random), None);
        assert_eq!(field.flag(4), Some(Effect::Unflagged));
        assert!(field.open(4, &mut random).is_some());
        assert_eq!(field.open(4, &mut random), None);
        assert_eq!(field.flag(4), None);
    }

    #[test]
    fn corners_have_three_neighbours() {
        let near = |at| neighbours(at).collect::<Vec<_>>();
        assert_eq!(near(0), [1, WIDTH, WIDTH + 1]);
        assert_eq!(near(CELLS - 1).len(), 3);
        assert_eq!(near(WIDTH + 1).len(), 8);
    }
}
