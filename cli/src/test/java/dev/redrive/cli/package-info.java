// SPDX-License-Identifier: Apache-2.0
/** Runs commands as a person would, and reads what they print. */
@NullMarked
package dev.redrive.cli;

import org.jspecify.annotations.NullMarked;
