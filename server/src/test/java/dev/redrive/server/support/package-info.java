// SPDX-License-Identifier: Apache-2.0

/** What the tests of the server talk to it with. */
@NullMarked
package dev.redrive.server.support;

import org.jspecify.annotations.NullMarked;
