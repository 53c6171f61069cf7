"""A list as people paste it: ten lines in mixed spellings, two of which are no mobile numbers and one a repetition."""

TEN = """0912 345 6789
+98 935 111 2233
۰۹۱۹۰۰۰۱۱۲۲
989121110001
00989121110002
9121110003
(0912) 111-0004, 0912.111.0005
02188776655
سلام
09123456789"""
