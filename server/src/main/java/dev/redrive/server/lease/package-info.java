// SPDX-License-Identifier: Apache-2.0

/** Leases over HTTP, for workers in any language. */
@NullMarked
package dev.redrive.server.lease;

import org.jspecify.annotations.NullMarked;
