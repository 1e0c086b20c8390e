/** The access log: every request in a line, written beside the traffic. */
@NullMarked
package io.cade.proxy.accesslog;

import org.jspecify.annotations.NullMarked;
