// SPDX-License-Identifier: Apache-2.0

/** An API that is not free of libraries. */
@NullMarked
package dev.redrive.arch.planted.api;

import org.jspecify.annotations.NullMarked;
