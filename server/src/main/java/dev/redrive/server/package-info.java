// SPDX-License-Identifier: Apache-2.0

/** HTTP ingest, webhook delivery, leases over HTTP and the console. */
@NullMarked
package dev.redrive.server;

import org.jspecify.annotations.NullMarked;
