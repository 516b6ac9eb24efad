// SPDX-License-Identifier: Apache-2.0
/**
 * What an application imports: queues, messages, handlers, dead letters and their context.
 *
 * <p>Nothing here is bound to a transport. The retry policy lives in {@link dev.redrive.retry}.
 */
@NullMarked
package dev.redrive;

import org.jspecify.annotations.NullMarked;
