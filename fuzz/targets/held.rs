#![no_main]

#[path = "../../tests/corpus/checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| checks::held(input));
