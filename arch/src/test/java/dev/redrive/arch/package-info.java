// SPDX-License-Identifier: Apache-2.0

/** Rules over the classes of all modules. */
@NullMarked
package dev.redrive.arch;

import org.jspecify.annotations.NullMarked;
