/**
 * Debian as a plug-in of {@link io.cade.agent.device.OperatingSystem} (SPEC R2): one class a kind
 * of thing, each over the system's own programs and files.
 */
@NullMarked
package io.cade.agent.debian;

import org.jspecify.annotations.NullMarked;
