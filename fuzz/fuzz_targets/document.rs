#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| composemod_fuzz::document::holds(text));
