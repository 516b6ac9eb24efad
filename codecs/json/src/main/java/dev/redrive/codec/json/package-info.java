// SPDX-License-Identifier: Apache-2.0

/** Payloads as JSON, by Jackson. */
@NullMarked
package dev.redrive.codec.json;

import org.jspecify.annotations.NullMarked;
