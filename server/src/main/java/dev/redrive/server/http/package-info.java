// SPDX-License-Identifier: Apache-2.0

/**
 * HTTP as the rest of the server sees it: routes, exchanges, problems. What a request may cost, who
 * may send it and which peers are too slow is decided here, for all routes alike.
 */
@NullMarked
package dev.redrive.server.http;

import org.jspecify.annotations.NullMarked;
