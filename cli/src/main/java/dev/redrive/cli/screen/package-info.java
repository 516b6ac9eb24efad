// SPDX-License-Identifier: Apache-2.0
/** What a person sees: colours, tables, progress and times. */
@NullMarked
package dev.redrive.cli.screen;

import org.jspecify.annotations.NullMarked;
