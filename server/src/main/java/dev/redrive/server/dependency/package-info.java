// SPDX-License-Identifier: Apache-2.0

/** Shows dependencies and their breakers, and opens and closes them by hand. */
@NullMarked
package dev.redrive.server.dependency;

import org.jspecify.annotations.NullMarked;
