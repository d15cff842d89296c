/* freeDiameter leaves 127.0.0.0/8 out of its ListenOn addresses and then listens on all addresses of the machine. Loaded in front of
   the C library (LD_PRELOAD), this makes it listen on BIND_ADDRESS, so that several relays and an HSS can use port 3868 beside each
   other and nobody outside reaches them. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/socket.h>

typedef int bind_function(int, const struct sockaddr *, socklen_t);

int bind(int descriptor, const struct sockaddr *address, socklen_t length)
{
    bind_function *library_bind = (bind_function *)dlsym(RTLD_NEXT, "bind");
    const char *only = getenv("BIND_ADDRESS");
    if (only == NULL || address->sa_family != AF_INET || length < sizeof(struct sockaddr_in))
        return library_bind(descriptor, address, length);
    struct sockaddr_in moved = *(const struct sockaddr_in *)address;
    if (moved.sin_addr.s_addr == htonl(INADDR_ANY)) inet_pton(AF_INET, only, &moved.sin_addr);
    return library_bind(descriptor, (const struct sockaddr *)&moved, sizeof moved);
}
