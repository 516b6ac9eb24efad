// SPDX-License-Identifier: Apache-2.0
/** Plays a scene that shows what Redrive does, and checks that it did it. */
@NullMarked
package dev.redrive.cli.demo;

import org.jspecify.annotations.NullMarked;
