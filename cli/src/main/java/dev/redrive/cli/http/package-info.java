// SPDX-License-Identifier: Apache-2.0
/** Speaks to a Redrive server. */
@NullMarked
package dev.redrive.cli.http;

import org.jspecify.annotations.NullMarked;
