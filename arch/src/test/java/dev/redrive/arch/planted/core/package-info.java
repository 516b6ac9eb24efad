// SPDX-License-Identifier: Apache-2.0

/** An engine that uses a transport and the real clock. */
@NullMarked
package dev.redrive.arch.planted.core;

import org.jspecify.annotations.NullMarked;
