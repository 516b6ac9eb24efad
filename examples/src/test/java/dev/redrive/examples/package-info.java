// SPDX-License-Identifier: Apache-2.0

@NullMarked
package dev.redrive.examples;

import org.jspecify.annotations.NullMarked;
