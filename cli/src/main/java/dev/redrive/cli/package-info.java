// SPDX-License-Identifier: Apache-2.0
/** The command line: one binary that serves, sends, works and looks after a Redrive server. */
@NullMarked
package dev.redrive.cli;

import org.jspecify.annotations.NullMarked;
