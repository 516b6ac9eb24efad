// SPDX-License-Identifier: Apache-2.0

/** The engine: takes every message its way on any transport. */
@NullMarked
package dev.redrive.core;

import org.jspecify.annotations.NullMarked;
