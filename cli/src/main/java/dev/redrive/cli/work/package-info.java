// SPDX-License-Identifier: Apache-2.0
/** Leases messages and runs a command for each. */
@NullMarked
package dev.redrive.cli.work;

import org.jspecify.annotations.NullMarked;
