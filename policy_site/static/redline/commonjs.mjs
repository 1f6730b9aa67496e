/** Gives the vendored CommonJS file of diff-match-patch, byte for byte npm's, the `module` that it exports to. */

globalThis.module ??= { exports: {} };
