// SPDX-License-Identifier: Apache-2.0

/** The folder in which the server keeps what must outlive it. */
@NullMarked
package dev.redrive.server.files;

import org.jspecify.annotations.NullMarked;
