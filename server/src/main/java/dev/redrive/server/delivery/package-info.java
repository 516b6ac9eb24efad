// SPDX-License-Identifier: Apache-2.0

/** Processes the messages of a queue by delivering them to its webhook. */
@NullMarked
package dev.redrive.server.delivery;

import org.jspecify.annotations.NullMarked;
