// SPDX-License-Identifier: Apache-2.0
/** Sends files of many messages. */
@NullMarked
package dev.redrive.cli.send;

import org.jspecify.annotations.NullMarked;
