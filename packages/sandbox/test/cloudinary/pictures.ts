/** A green picture of 40 by 30 pixels in each format, as Chromium writes them. */
export const jpg = bytesOf(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdB' +
    'RkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09P' +
    'T09PT09PT09PT09PT0//wAARCAAeACgDASIAAhEBAxEB/8QAGAABAQEBAQAAAAAAAAAAAAAAAAYFBAf/xAAqEAABAQYDBwUA' +
    'AAAAAAAAAAAAAQIEBRESEwMGURQVFiEiMVRlo6TS4v/EABkBAAIDAQAAAAAAAAAAAAAAAAEDAAIEBf/EABkRAAIDAQAAAAAA' +
    'AAAAAAAAAAABAgMRBP/aAAwDAQACEQMRAD8AwwC8y1l6Ev0Bdnl6dLmM3VU1cbScmlROSLohU4tVTseIgweocJwLwfdb+xl5' +
    'ly9CXGAvLy6ulvGYppauNrKbSIvJV0UmDpck4pttEGAAGUFRB837rheC5bBdtVdd6mc2lXtSupLgheFkoPYlrx96X8j8nFGM' +
    '370heM5bBau09d6qUmkXtSmhLgOjH0WNY2AAAQf/2Q==',
)

export const png = bytesOf(
  'iVBORw0KGgoAAAANSUhEUgAAACgAAAAeCAYAAABe3VzdAAAAfklEQVR4AezSMQ6AIAwF0IZVb6Yn0tkbeTR3mRma/KY/hMAn' +
    '6QApUB4t23X8I0exwYcKzH6QBCWYFcjuVw92E/ye15iBFq4vRqW8PAl6Mui6BFEpL0+Cngy6Po/gfp/GjPUE0Rez8+bpQbYM' +
    'eh5JEL0unqcC42btDgm2HvFZBQAA//8ZsYC6AAAABklEQVQDAArfhJWAgMODAAAAAElFTkSuQmCC',
)

export const webp = bytesOf(
  'UklGRoAAAABXRUJQVlA4IHQAAADwBACdASooAB4APqVCmkmmJCKhNUgAwBSJYgDBniAB5N6esOQsvD+AvI9alCzbFKAA/tiK' +
    'DeJo9/FM3wxE7QwDx7R3//gP4l/Xv1OSwysN/9a0LwmzwMeYRn7V/ar8rdm5IQHojzenSUNeEVhO2K3VCAAAAA==',
)

export const svg = Buffer.from(
  '<?xml version="1.0"?>\n<!-- a <drawing> -->\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40.4 30"><script>alert(1)</script></svg>',
)

/** The first bytes of files, enough to know them by. */
export const gif = bytesOf('R0lGODlhKAAeAIAAAP///wAAACwAAAAAKAAeAAACAkQBADs=')
export const mp4 = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom\0\0\0\0isommp41')])
export const pdf = Buffer.from('%PDF-1.7\n%%EOF\n')

function bytesOf(base64: string): Buffer {
  return Buffer.from(base64, 'base64')
}
