// SPDX-License-Identifier: Apache-2.0

/** Confluent's Parallel Consumer as the benchmarks measure it, in a process of its own. */
@NullMarked
package dev.redrive.benchmarks.parallel;

import org.jspecify.annotations.NullMarked;
