// SPDX-License-Identifier: Apache-2.0

/** Sends the spans of messages to a collector. */
@NullMarked
package dev.redrive.server.tracing;

import org.jspecify.annotations.NullMarked;
