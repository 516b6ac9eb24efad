// SPDX-License-Identifier: Apache-2.0

/** Tests of the whole over its real parts. */
@NullMarked
package dev.redrive.it;

import org.jspecify.annotations.NullMarked;
