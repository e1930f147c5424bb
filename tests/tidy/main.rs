//! The house rules as tests: arrows, names, sizes, clocks, what may not stand in code.

mod arrows;
mod committed;
mod files;
mod glossary;
mod infra;
mod migrations;
mod names;
mod tenants;
mod time;
