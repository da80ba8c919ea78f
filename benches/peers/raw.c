/* MySQL's C client at its barest: every row fetched as it comes from the wire, none looked at. For libmariadb.so.3, whose
   few functions are declared here so that no header is needed. raw HOST PORT USER PASSWORD QUERY */
#include <stdio.h>
#include <stdlib.h>

typedef struct mysql mysql;
typedef struct result result;
mysql *mysql_init(mysql *);
mysql *mysql_real_connect(mysql *, const char *, const char *, const char *, const char *, unsigned, const char *, unsigned long);
int mysql_real_query(mysql *, const char *, unsigned long);
result *mysql_use_result(mysql *);
char **mysql_fetch_row(result *);
unsigned mysql_errno(mysql *);
const char *mysql_error(mysql *);
unsigned long strlen(const char *);

int main(int count, char **words) {
    if (count != 6) return 2;
    mysql *session = mysql_init(0);
    long rows = 0;
    if (!mysql_real_connect(session, words[1], words[3], words[4], 0, (unsigned)atoi(words[2]), 0, 0)
        || mysql_real_query(session, words[5], strlen(words[5]))) {
        fprintf(stderr, "%s\n", mysql_error(session));
        return 1;
    }
    result *answer = mysql_use_result(session);
    while (mysql_fetch_row(answer)) rows++;
    if (mysql_errno(session)) {
        fprintf(stderr, "%s\n", mysql_error(session));
        return 1;
    }
    printf("{\"rows\": %ld}\n", rows);
    return 0;
}
