// SPDX-License-Identifier: Apache-2.0

/** Programs that the documentation quotes. */
@NullMarked
package dev.redrive.examples;

import org.jspecify.annotations.NullMarked;
