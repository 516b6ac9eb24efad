// SPDX-License-Identifier: Apache-2.0

/** A transport that uses another. */
@NullMarked
package dev.redrive.arch.planted.alpha;

import org.jspecify.annotations.NullMarked;
