// Package examples holds small programs, each a story: see README.md. Its tests build them and
// run them against the emulator.
package examples
