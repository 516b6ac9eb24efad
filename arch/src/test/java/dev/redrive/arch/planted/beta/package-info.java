// SPDX-License-Identifier: Apache-2.0

/** A transport that uses the engine. */
@NullMarked
package dev.redrive.arch.planted.beta;

import org.jspecify.annotations.NullMarked;
