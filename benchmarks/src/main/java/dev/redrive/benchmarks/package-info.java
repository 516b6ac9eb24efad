// SPDX-License-Identifier: Apache-2.0

/** JMH benchmarks and load runs. */
@NullMarked
package dev.redrive.benchmarks;

import org.jspecify.annotations.NullMarked;
